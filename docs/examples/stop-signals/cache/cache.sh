# Ignores its stop signals.
trap '' INT TERM
echo ready
tail -f /dev/null &
wait
