# Works until it is interrupted, and first finishes what it has begun.
trap 'echo "finishes its job"; kill $!; exit 0' INT
echo ready
tail -f /dev/null &
wait
