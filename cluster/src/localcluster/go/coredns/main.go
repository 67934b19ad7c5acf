// Command coredns is CoreDNS with the plugins that answer for a cluster's own names, and no others.
// The usual one has some fifty more, for clouds, other databases and other protocols: with them it
// has nearly twice as many packages to build, and a binary that is half as large again. As nothing
// here asks for names outside of the cluster, there is nothing to forward, and no loop to look for
// either. The order in which the plugins handle a query is CoreDNS's own.
package main

import (
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

func main() {
	coremain.Run()
}
