"""What operators administer: projects, applications, roles; and what a key may ask about itself."""
