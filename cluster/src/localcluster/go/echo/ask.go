package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// result is what came of one request, as it is printed.
type result struct {
	At     json.Number `json:"at"` // when it was sent: Unix time in seconds
	Answer string      `json:"answer"`
	Error  string      `json:"error"`
}

// asker sends one request, on a connection of its own, and returns the answer.
type asker func(ctx context.Context) (string, error)

// ask sends requests at a steady rate, whatever becomes of them: a slow answer delays no other
// request, as it would if one client waited for it.
func ask(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("echo ask", flag.ExitOnError)
	rate := flags.Float64("rate", 10, "how many `requests` to send per second")
	length := flags.Float64("for", 0, "for how many `seconds`; 0: until the standard input is closed")
	timeout := flags.Float64("timeout", 2, "after how many `seconds` a request has failed")
	authority := flags.String("ca", "", "a `file` with the certificates to trust in, for https")
	others := parse(flags, arguments)
	if len(others) != 1 {
		return errors.New("want one URL")
	}
	if *rate <= 0 {
		return errors.New("want a rate above 0")
	}
	once, err := newAsker(others[0], *authority)
	if err != nil {
		return err
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if *length > 0 {
		time.AfterFunc(seconds(*length), stop)
	} else {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	results := make(chan result)
	go func() {
		defer close(results)
		steadily(ctx, seconds(1 / *rate), func() { results <- timed(once, seconds(*timeout)) })
	}()
	return report(results)
}

// steadily starts the task once per interval until the context ends, and waits for those that
// haven't ended by then.
func steadily(ctx context.Context, interval time.Duration, task func()) {
	var running sync.WaitGroup
	defer running.Wait()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for ctx.Err() == nil {
		running.Go(task)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// timed sends one request. Those under way when the client is told to stop still get their time.
func timed(once asker, timeout time.Duration) result {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	now := time.Now()
	outcome := result{At: json.Number(fmt.Sprintf("%.3f", float64(now.UnixMilli())/1000))}
	answer, err := once(ctx)
	outcome.Answer = strings.TrimSpace(answer)
	if err != nil {
		outcome.Error = err.Error()
	}
	return outcome
}

// report prints the results as they come, and their sum.
func report(results <-chan result) error {
	lines := json.NewEncoder(os.Stdout)
	asked, failed := 0, 0
	for outcome := range results {
		asked++
		if outcome.Error != "" {
			failed++
		}
		if err := lines.Encode(outcome); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d asked, %d answered, %d failed\n", asked, asked-failed, failed)
	return nil
}

func newAsker(target, authority string) (asker, error) {
	address, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	switch address.Scheme {
	case "http", "https":
		return webAsker(address, authority)
	case "udp":
		return datagramAsker(address), nil
	}
	return nil, fmt.Errorf("want a URL with http, https or udp, not %q", target)
}

func webAsker(address *url.URL, authority string) (asker, error) {
	transport := &http.Transport{DisableKeepAlives: true}
	if authority != "" {
		certificates, err := os.ReadFile(authority)
		if err != nil {
			return nil, err
		}
		trusted := x509.NewCertPool()
		trusted.AppendCertsFromPEM(certificates)
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	}
	return func(ctx context.Context) (string, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
		if err != nil {
			return "", err
		}
		response, err := transport.RoundTrip(request)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err == nil && response.StatusCode != http.StatusOK {
			err = errors.New(response.Status)
		}
		return string(answer), err
	}, nil
}

// datagramAsker asks for the URL's path, as a datagram.
func datagramAsker(address *url.URL) asker {
	return func(ctx context.Context) (string, error) {
		socket, err := new(net.Dialer).DialContext(ctx, "udp", address.Host)
		if err != nil {
			return "", err
		}
		defer socket.Close()
		if deadline, ok := ctx.Deadline(); ok {
			_ = socket.SetDeadline(deadline)
		}
		if _, err := io.WriteString(socket, address.Path+"\n"); err != nil {
			return "", err
		}
		answer := make([]byte, 1024)
		length, err := socket.Read(answer)
		return string(answer[:length]), err
	}
}
