"""Every action of the main window as data: its words, keys, menu, icon and place."""
