# Works until it is interrupted, and finishes first.
trap 'echo "finishes its job"; kill $!; exit 0' INT
echo ready
tail -f /dev/null &
wait
