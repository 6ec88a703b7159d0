grep -q '"openapi"' api.json && echo "api.json is fine"
