cat ../ui/built ../api/built | sort -u
