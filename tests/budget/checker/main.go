// Command checker tells what one version of the API server says of a CustomResourceDefinition and of
// ValidatingAdmissionPolicies, and what they may cost there.
//
// It reads manifests (YAML documents) from its standard input. An ExposeRequest among them is a
// request that the policies are evaluated for. It prints a JSON report.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Report is what the version says.
type Report struct {
	// Errors are the reasons for which it refuses something.
	Errors []string `json:"errors"`
	// Costs are the shares of the limits that are used up.
	Costs []Cost `json:"costs"`
}

// Cost is a cost in units of CEL.
type Cost struct {
	// Kind is "estimated" or "measured".
	Kind  string `json:"kind"`
	What  string `json:"what"`
	Cost  uint64 `json:"cost"`
	Limit uint64 `json:"limit"`
	Where string `json:"where"`
}

func main() {
	documents, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	var report Report
	var definition []byte
	var policies []admissionregistrationv1.ValidatingAdmissionPolicy
	var requests []*unstructured.Unstructured
	for _, document := range documents {
		var object unstructured.Unstructured
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			log.Fatal(err)
		}
		switch object.GetKind() {
		case "CustomResourceDefinition":
			definition = document
		case "ValidatingAdmissionPolicy":
			var policy admissionregistrationv1.ValidatingAdmissionPolicy
			if err := yaml.UnmarshalStrict(document, &policy); err != nil {
				log.Fatal(err)
			}
			policies = append(policies, policy)
		case "ExposeRequest":
			requests = append(requests, &object)
		}
	}
	if definition == nil || len(policies) == 0 || len(requests) == 0 {
		log.Fatal("there is no definition, no policy or no request on the standard input")
	}
	resolver, err := report.definition(definition)
	if err != nil {
		log.Fatal(err)
	}
	for _, policy := range policies {
		report.policy(&policy, resolver, requests)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		log.Fatal(err)
	}
}

func (r *Report) refused(what string, err error) {
	r.Errors = append(r.Errors, fmt.Sprintf("%s: %v", what, err))
}

func read(from io.Reader) ([][]byte, error) {
	var documents [][]byte
	reader := utilyaml.NewYAMLReader(bufio.NewReader(from))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
}
