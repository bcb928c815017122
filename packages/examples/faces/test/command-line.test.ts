import { describe, expect, it } from "vitest";
import { help, parseCommandLine, UsageError } from "../src/command-line.js";

describe("the arguments", () => {
  it("are a folder and photographs; everything else has a default", () => {
    expect(parseCommandLine(["models", "photos/team.jpg", "me.png"])).toEqual({
      models: "models",
      jobs: [
        { photo: "photos/team.jpg", drawing: "team-faces.png" },
        { photo: "me.png", drawing: "me-faces.png" },
      ],
      detector: "mtcnn",
      minSize: 40,
      json: false,
    });
  });

  it("may have options, in any place", () => {
    const args =
      "--json models --detector=retinaface a.b.jpg --min-size 20 --threads 1 --out drawn";
    expect(parseCommandLine(args.split(" "))).toEqual({
      models: "models",
      jobs: [{ photo: "a.b.jpg", drawing: "drawn/a.b-faces.png" }],
      detector: "retinaface",
      minSize: 20,
      threads: 1,
      json: true,
    });
  });

  it("may ask for help, which names every option", () => {
    expect(parseCommandLine(["--help"])).toBe("help");
    expect(parseCommandLine(["-h", "models"])).toBe("help");
    for (const option of ["--detector", "--min-size", "--out", "--threads", "--json", "--help"])
      expect(help).toContain(option);
  });

  it.each([
    [[], "the folder of the models is missing"],
    [["models"], "there is no photograph to look at"],
    [["m", "p.jpg", "--detector", "haar"], 'no detector "haar"; there are mtcnn and retinaface'],
    [["m", "p.jpg", "--min-size", "11"], '--min-size takes a whole number from 12, not "11"'],
    [["m", "p.jpg", "--min-size", "40px"], '--min-size takes a whole number from 12, not "40px"'],
    [["m", "p.jpg", "--threads", "0"], '--threads takes a whole number from 1, not "0"'],
    [["m", "p.jpg", "--threads", "1e1"], '--threads takes a whole number from 1, not "1e1"'],
    [["m", "p.jpg", "--fast"], "--fast"],
    [["m", "a/p.jpg", "b/p.png"], "a/p.jpg and b/p.png would both be drawn into p-faces.png"],
  ])("%j are refused", (args, message) => {
    const parse = () => parseCommandLine(args);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });
});
