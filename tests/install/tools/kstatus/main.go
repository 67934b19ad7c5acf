// Command kstatus tells how an object of the cluster stands, as Flux and others see it: it reads the
// object as JSON from its standard input.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(text); err != nil {
		log.Fatal(err)
	}
	result, err := status.Compute(&object)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Status)
}
