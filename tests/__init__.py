"""Why we believe it: claims, each a test."""
