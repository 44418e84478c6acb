"""What the browser is served: styles, scripts, fonts and icons. No code."""
