cat ../core/built - > built <<'END' && echo ui is built on "$(cat ../core/built)"
ui
END
