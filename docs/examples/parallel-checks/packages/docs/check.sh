if grep -n TBD guide.txt; then echo "guide.txt isn't written yet" >&2; exit 3; fi
