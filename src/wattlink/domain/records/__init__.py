"""Plain things that apps keep: thngs, products, actions and their types, no more than application users need."""
