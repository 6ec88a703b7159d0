# Asks a mirror that never answers. When it is asked to end, it prints that and exits with 0.
trap 'echo "no answer"; exit 0' TERM
echo "looking for the mirror"
tail -f /dev/null &
wait
