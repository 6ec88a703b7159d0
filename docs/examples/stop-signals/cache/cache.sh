# Doesn't listen.
trap '' TERM
echo ready
tail -f /dev/null &
wait
