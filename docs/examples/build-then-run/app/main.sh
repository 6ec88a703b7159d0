echo "$(greeting "${1:-world}")$PUNCTUATION"
