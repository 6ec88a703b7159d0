// What npm runs before the script dev, because it is called predev.
console.log("web: checked");
