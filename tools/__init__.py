"""What a maintainer runs by hand or through make; none of it ships."""
