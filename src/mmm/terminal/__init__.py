"""What each command shows on screen: English, plain, readable without colours. One module each."""
