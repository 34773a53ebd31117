"""The pages as a person meets them: in Chromium, by mouse and keyboard, wide and narrow."""
