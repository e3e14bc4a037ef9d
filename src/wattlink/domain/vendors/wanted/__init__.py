"""Brands that people looked for in vain: what to connect next. Counted per application and kind; nobody is named."""
