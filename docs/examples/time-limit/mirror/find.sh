# Asks a mirror that never answers. Asked to end, it says so and exits with 0.
trap 'echo "no answer"; exit 0' TERM
echo "looking for the mirror"
tail -f /dev/null &
wait
