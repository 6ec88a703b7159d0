# Takes one vote after the other out of the queue, and adds it to the database.
while vote=$(wget -q -O - http://queue:8080/cgi-bin/pop); do
  echo "a vote for $vote"
  wget -q -O - --post-data "$vote" "http://$HERE:7500/cgi-bin/insert"
done
