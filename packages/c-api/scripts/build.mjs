console.log("c-api: no C sources are listed yet");
