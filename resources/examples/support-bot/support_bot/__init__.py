"""A small support assistant that answers from the help pages of the fictional Larkfield Rooms."""
