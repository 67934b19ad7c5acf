package main

import (
	"context"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/yaml"
)

// definition validates a CustomResourceDefinition as a create does, and estimates its rules' costs as
// that validation does; it returns the schema of the one kind.
func (r *Report) definition(document []byte) (schemaResolver, error) {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	var versioned apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(document, &versioned); err != nil {
		return schemaResolver{}, err
	}
	scheme.Default(&versioned)
	var definition apiextensions.CustomResourceDefinition
	if err := scheme.Convert(&versioned, &definition, nil); err != nil {
		return schemaResolver{}, err
	}
	// As strategy.PrepareForCreate does.
	definition.Status.StoredVersions = []string{versioned.Spec.Versions[0].Name}
	for _, err := range validation.ValidateCustomResourceDefinition(context.Background(), &definition) {
		r.refused("CustomResourceDefinition "+definition.Name, err)
	}
	root := versioned.Spec.Versions[0].Schema.OpenAPIV3Schema
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(root, &internal, nil); err != nil {
		return schemaResolver{}, err
	}
	found := validation.RootCELContext(&internal)
	if err := estimate(&internal, found, nil); err != nil {
		return schemaResolver{}, err
	}
	dearest := validation.RuleCost{}
	for _, cost := range found.TotalCost.MostExpensive {
		if cost.Cost > dearest.Cost {
			dearest = cost
		}
	}
	r.Costs = append(r.Costs,
		Cost{"estimated", "the dearest rule", dearest.Cost, validation.StaticEstimatedCostLimit, fmt.Sprint(dearest.Path)},
		Cost{"estimated", "all rules", found.TotalCost.Total, validation.StaticEstimatedCRDCostLimit, ""},
	)
	structural, err := structuralschema.NewStructural(&internal)
	if err != nil {
		return schemaResolver{}, err
	}
	kind := schema.GroupVersionKind{
		Group: definition.Spec.Group, Version: definition.Spec.Versions[0].Name, Kind: definition.Spec.Names.Kind,
	}
	return schemaResolver{kind, definition.Spec.Names.Plural, structural.ToKubeOpenAPI()}, nil
}

// estimate adds up the costs of the rules of a schema and of all within it, as
// ValidateCustomResourceDefinitionOpenAPISchema does for itself.
func estimate(of *apiextensions.JSONSchemaProps, found *validation.CELSchemaContext, path *field.Path) error {
	if of == nil {
		return nil
	}
	for name := range of.Properties {
		property := of.Properties[name]
		if err := estimate(&property, found.ChildPropertyContext(&property, name), path.Child(name)); err != nil {
			return err
		}
	}
	if of.AdditionalProperties != nil {
		within := of.AdditionalProperties.Schema
		if err := estimate(within, found.ChildAdditionalPropertiesContext(within), path.Child("*")); err != nil {
			return err
		}
	}
	if of.Items != nil {
		items := of.Items.Schema
		if err := estimate(items, found.ChildItemsContext(items), path.Child("[]")); err != nil {
			return err
		}
	}
	if len(of.XValidations) == 0 {
		return nil
	}
	types, err := found.TypeInfo()
	if err != nil {
		return err
	}
	rules, err := cel.Compile(types.Schema, types.DeclType, celconfig.PerCallLimit, baseEnvSet(), cel.NewExpressionsEnvLoader())
	if err != nil {
		return err
	}
	for i, rule := range rules {
		times := rule.MaxCardinality
		if found.MaxCardinality != nil {
			times = *found.MaxCardinality
		}
		where := path.Child("x-kubernetes-validations").Index(i)
		found.TotalCost.ObserveExpressionCost(where, saturated(rule.MaxCost, times))
		found.TotalCost.ObserveExpressionCost(where.Child("messageExpression"), rule.MessageExpressionMaxCost)
	}
	return nil
}

func saturated(cost, times uint64) uint64 {
	if times != 0 && cost > ^uint64(0)/times {
		return ^uint64(0)
	}
	return cost * times
}

// schemaResolver knows one kind.
type schemaResolver struct {
	kind   schema.GroupVersionKind
	plural string
	schema *spec.Schema
}

func (s schemaResolver) ResolveSchema(schema.GroupVersionKind) (*spec.Schema, error) {
	return s.schema, nil
}
