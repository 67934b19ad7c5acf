package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"strings"
)

// lookups has what can be asked for about a name; each gives the lines to print.
var lookups = map[string]func(ctx context.Context, name string) ([]string, error){
	"A":     func(ctx context.Context, name string) ([]string, error) { return addresses(ctx, "ip4", name) },
	"AAAA":  func(ctx context.Context, name string) ([]string, error) { return addresses(ctx, "ip6", name) },
	"CNAME": canonicalName,
	"SRV":   services,
}

// resolve looks up a name as any program in the pod would: by /etc/resolv.conf, with its search
// list.
func resolve(ctx context.Context, arguments []string) error {
	others := parse(flag.NewFlagSet("echo resolve", flag.ExitOnError), arguments)
	if len(others) == 1 {
		others = append(others, "A")
	}
	if len(others) != 2 || lookups[strings.ToUpper(others[1])] == nil {
		return errors.New("want a name, and A (the default), AAAA, CNAME or SRV")
	}
	lines, err := lookups[strings.ToUpper(others[1])](ctx, others[0])
	for _, line := range lines {
		fmt.Println(line)
	}
	return err
}

func addresses(ctx context.Context, network, name string) ([]string, error) {
	found, err := net.DefaultResolver.LookupNetIP(ctx, network, name)
	lines := make([]string, 0, len(found))
	for _, address := range found {
		lines = append(lines, address.Unmap().String())
	}
	return lines, err
}

func canonicalName(ctx context.Context, name string) ([]string, error) {
	found, err := net.DefaultResolver.LookupCNAME(ctx, name)
	if err != nil {
		return nil, err
	}
	return []string{found}, nil
}

// services gives priority, weight, port and host of each record.
func services(ctx context.Context, name string) ([]string, error) {
	_, found, err := net.DefaultResolver.LookupSRV(ctx, "", "", name)
	lines := make([]string, 0, len(found))
	for _, record := range found {
		lines = append(lines, fmt.Sprintf("%d %d %d %s", record.Priority, record.Weight, record.Port, record.Target))
	}
	return lines, err
}
