if grep -n '	' index.html; then echo "index.html has tabs" >&2; exit 5; fi
echo "index.html is fine"
