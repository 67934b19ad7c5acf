// Command echo is the traffic of tests and demonstrations, at both ends: a server that says which
// pod it is, a client that asks at a steady rate, and a look-up of names. Needing nothing but the
// kernel, it is also the process that a pod's sandbox waits in.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// modes has every mode by its name. A mode ends by itself, or soon after its context does, which
// is when the process is told to stop.
var modes = map[string]func(ctx context.Context, arguments []string) error{
	"ask":     ask,
	"pause":   pause,
	"resolve": resolve,
	"serve":   serve,
}

func main() {
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: echo {ask|pause|resolve|serve} [flags]")
		os.Exit(2)
	}
	ctx, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	// From the first signal on, another one ends the process at once.
	context.AfterFunc(ctx, release)
	if err := modes[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func pause(ctx context.Context, _ []string) error {
	<-ctx.Done()
	return nil
}

// parse sets the flags from the arguments and returns the others. Flags may stand before and
// after them.
func parse(flags *flag.FlagSet, arguments []string) []string {
	var others []string
	for {
		_ = flags.Parse(arguments) // exits the process itself when it fails
		if flags.NArg() == 0 {
			return others
		}
		others = append(others, flags.Arg(0))
		arguments = flags.Args()[1:]
	}
}

// seconds is a flag's value as a duration.
func seconds(value float64) time.Duration {
	return time.Duration(value * float64(time.Second))
}
