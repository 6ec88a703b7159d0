cat ../core/built - > built <<'END' && echo api is built on "$(cat ../core/built)"
api
END
