/** The `libpredict` command: one file per subcommand, registered here. */
import { Command } from "commander";

const program = new Command("libpredict");
await program.parseAsync();
