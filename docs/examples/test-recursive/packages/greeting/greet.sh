. ../text/upper.sh

# greet NAME: loud and friendly.
greet() {
  echo "HELLO $(upper "$1")!"
}
