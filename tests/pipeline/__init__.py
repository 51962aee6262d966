"""What joins the rooms."""
