# Doesn't listen.
trap '' INT TERM
echo ready
tail -f /dev/null &
wait
