from urllib.request import urlopen

pod = urlopen("http://localhost:7501").read().decode().strip()
assert pod.startswith("dream-web-start-"), pod
print(f"the answer came from the Pod {pod}")
