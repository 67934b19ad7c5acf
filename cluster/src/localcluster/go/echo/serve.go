package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// drainTime is how long requests that are under way may take to end.
const drainTime = 5 * time.Second

// ports is a flag that can be given several times.
type ports []string

func (p *ports) String() string { return strings.Join(*p, ", ") }

func (p *ports) Set(value string) error {
	*p = append(*p, value)
	return nil
}

// serve answers requests until it is told to stop. When it listens everywhere, it prints the ports,
// which it may have been free to choose.
func serve(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("echo serve", flag.ExitOnError)
	wanted := map[string]*ports{"http": {}, "https": {}, "udp": {}}
	for protocol, ports := range wanted {
		flags.Var(ports, protocol, "a `port` for "+protocol+"; may be repeated; 0: any that is free")
	}
	address := flags.String("address", "", "where to listen; all addresses of both IP families if left out")
	certificate := flags.String("cert", "", "the `file` with the certificate for https")
	key := flags.String("key", "", "the `file` with its key")
	linger := flags.Float64("linger", 0, "for how many `seconds` to go on serving when told to stop")
	if others := parse(flags, arguments); len(others) > 0 {
		return fmt.Errorf("want flags only, not %q", others[0])
	}

	s := newServer(*certificate, *key)
	listening := map[string][]int{}
	for protocol, ports := range wanted {
		for _, port := range *ports {
			bound, err := s.listen(protocol, net.JoinHostPort(*address, port))
			if err != nil {
				return err
			}
			listening[protocol] = append(listening[protocol], bound)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(listening); err != nil {
		return err
	}

	select {
	case err := <-s.failed:
		return err
	case <-ctx.Done():
	}
	time.Sleep(seconds(*linger))
	draining, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	// Whoever hasn't asked anything by then won't be missed: no reason to end as a failure.
	_ = s.web.Shutdown(draining)
	return nil
}

// A server answers HTTP requests and datagrams. It is ready until it is told otherwise.
type server struct {
	name             string
	certificate, key string
	unready          atomic.Bool
	web              *http.Server
	failed           chan error
}

func newServer(certificate, key string) *server {
	s := &server{certificate: certificate, key: key, failed: make(chan error)}
	if s.name = os.Getenv("POD_NAME"); s.name == "" {
		s.name, _ = os.Hostname()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.who)
	mux.HandleFunc("GET /client", s.client)
	mux.HandleFunc("GET /env", s.environment)
	mux.HandleFunc("GET /ready", s.readiness)
	mux.HandleFunc("POST /ready", s.setReadiness)
	s.web = &http.Server{Handler: mux}
	return s
}

// listen starts to answer at an address, and returns the port.
func (s *server) listen(protocol, address string) (int, error) {
	if protocol == "udp" {
		socket, err := net.ListenPacket("udp", address)
		if err != nil {
			return 0, err
		}
		go s.run(func() error { return s.answerDatagrams(socket) })
		return socket.LocalAddr().(*net.UDPAddr).Port, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return 0, err
	}
	if protocol == "https" {
		go s.run(func() error { return s.web.ServeTLS(listener, s.certificate, s.key) })
	} else {
		go s.run(func() error { return s.web.Serve(listener) })
	}
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// run reports why serving has ended, unless it was meant to.
func (s *server) run(serve func() error) {
	if err := serve(); !errors.Is(err, http.ErrServerClosed) {
		s.failed <- err
	}
}

func (s *server) who(response http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(response, s.name)
}

func (s *server) client(response http.ResponseWriter, request *http.Request) {
	fmt.Fprintln(response, request.RemoteAddr)
}

func (s *server) environment(response http.ResponseWriter, _ *http.Request) {
	variables := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		variables[name] = value
	}
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(variables) // fails only if the client is gone
}

func (s *server) readiness(response http.ResponseWriter, _ *http.Request) {
	if s.unready.Load() {
		http.Error(response, "not ready", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(response, "ready")
}

func (s *server) setReadiness(response http.ResponseWriter, request *http.Request) {
	ready, err := strconv.ParseBool(request.FormValue("is"))
	if err != nil {
		http.Error(response, "want ?is=true or ?is=false", http.StatusBadRequest)
		return
	}
	s.unready.Store(!ready)
}

// answerDatagrams answers each datagram as HTTP would the path in it: /client, or else the name.
func (s *server) answerDatagrams(socket net.PacketConn) error {
	content := make([]byte, 64)
	for {
		length, client, err := socket.ReadFrom(content)
		if err != nil {
			return err
		}
		answer := s.name
		if strings.TrimSpace(string(content[:length])) == "/client" {
			answer = client.String()
		}
		// If it can't be sent, the next one may well be: a datagram is allowed to get lost.
		_, _ = socket.WriteTo([]byte(answer+"\n"), client)
	}
}
