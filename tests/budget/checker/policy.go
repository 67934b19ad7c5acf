package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/cel/environment"
)

var declared = plugincel.OptionalVariableDeclarations{HasAuthorizer: true}

// expression is one of a policy's, with the place where it stands.
type expression struct {
	where, text string
	types       []*cel.Type
	// tells is whether it is a message, for where the expression before it does not hold.
	tells bool
}

func (e expression) GetExpression() string    { return e.text }
func (e expression) ReturnTypes() []*cel.Type { return e.types }

// variable is one of a policy's; it has the type that its expression has.
type variable struct {
	expression
	name string
}

func (v variable) GetName() string { return v.name }

// policy compiles a ValidatingAdmissionPolicy as a create does, checks its types as the controller of
// policies does, and measures what it costs to evaluate for each of the requests.
func (r *Report) policy(
	policy *admissionregistrationv1.ValidatingAdmissionPolicy, known schemaResolver,
	requests []*unstructured.Unstructured,
) {
	expressions := r.compiles(policy)
	mapper := meta.NewDefaultRESTMapper([]schema.GroupVersion{known.kind.GroupVersion()})
	mapper.Add(known.kind, meta.RESTScopeNamespace)
	checker := validating.TypeChecker{SchemaResolver: known, RestMapper: mapper}
	for _, warning := range checker.Check(policy) {
		r.refused(fmt.Sprintf("%s: %s", policy.Name, warning.FieldRef), errors.New(warning.Warning))
	}
	// Variables first, and each by itself: the difference that one more makes is what it costs.
	dearest := Cost{Kind: "measured", What: "the dearest expression of " + policy.Name, Limit: celconfig.PerCallLimit}
	whole := Cost{Kind: "measured", What: "all of " + policy.Name, Limit: celconfig.RuntimeCELCostBudget}
	for _, request := range requests {
		var evaluated []expression
		before, holds := uint64(0), false
		for i := range expressions {
			where := fmt.Sprintf("%s of %q", expressions[i].where, request.GetName())
			if expressions[i].tells && holds {
				continue
			}
			evaluated = append(evaluated, expressions[i])
			cost, result, err := evaluate(policy, evaluated, known, request)
			if err != nil {
				r.refused(fmt.Sprintf("%s: %s", policy.Name, where), err)
				break
			}
			if cost-before > dearest.Cost {
				dearest.Cost, dearest.Where = cost-before, where
			}
			before, holds = cost, result == types.True
		}
		if before > whole.Cost {
			whole.Cost, whole.Where = before, fmt.Sprintf("%q", request.GetName())
		}
	}
	r.Costs = append(r.Costs, dearest, whole)
}

// compiles reports what doesn't compile, and returns all that is evaluated, variables first.
func (r *Report) compiles(policy *admissionregistrationv1.ValidatingAdmissionPolicy) []expression {
	var all []expression
	compiler, err := compilerOf(policy, nil)
	if err != nil {
		r.refused(policy.Name, err)
		return nil
	}
	for i, each := range policy.Spec.Variables {
		where := fmt.Sprintf("variable %q", each.Name)
		options := []*cel.Type{cel.AnyType, cel.DynType}
		result := compiler.CompileAndStoreVariable(
			variable{expression{where, each.Expression, options, false}, each.Name}, declared, environment.NewExpressions,
		)
		if result.Error != nil {
			r.refused(fmt.Sprintf("%s: variables[%d]", policy.Name, i), result.Error)
		}
		all = append(all, expression{where, "variables." + each.Name, options, false})
	}
	for i, each := range policy.Spec.Validations {
		where := fmt.Sprintf("validations[%d]", i)
		all = append(all, expression{where, each.Expression, []*cel.Type{cel.BoolType}, false})
		if each.MessageExpression != "" {
			message := expression{where + ".messageExpression", each.MessageExpression, []*cel.Type{cel.StringType}, true}
			all = append(all, message)
		}
	}
	for _, each := range policy.Spec.MatchConditions {
		all = append(all, expression{"matchCondition " + each.Name, each.Expression, []*cel.Type{cel.BoolType}, false})
	}
	for _, each := range all {
		if result := compiler.CompileCELExpression(each, declared, environment.NewExpressions); result.Error != nil {
			r.refused(fmt.Sprintf("%s: %s", policy.Name, each.where), result.Error)
		}
	}
	return all
}

// evaluate returns what the expressions cost for a request that is created, and the value of the last.
func evaluate(
	policy *admissionregistrationv1.ValidatingAdmissionPolicy, expressions []expression, known schemaResolver,
	request *unstructured.Unstructured,
) (uint64, ref.Val, error) {
	accessors := make([]plugincel.ExpressionAccessor, len(expressions))
	for i := range expressions {
		accessors[i] = expressions[i]
	}
	compiler, err := compilerOf(policy, policy.Spec.Variables)
	if err != nil {
		return 0, nil, err
	}
	resource := known.kind.GroupVersion().WithResource(known.plural)
	attributes := admission.NewAttributesRecord(
		request, nil, known.kind, "default", request.GetName(), resource, "", admission.Create, nil, false,
		&user.DefaultInfo{Name: "somebody"},
	)
	results, left, err := compiled(compiler, accessors, declared, environment.StoredExpressions).ForInput(
		context.Background(),
		&admission.VersionedAttributes{Attributes: attributes, VersionedKind: known.kind, VersionedObject: request},
		plugincel.CreateAdmissionRequest(attributes, metav1.GroupVersionResource(resource), metav1.GroupVersionKind(known.kind)),
		plugincel.OptionalVariableBindings{Authorizer: authorizerfactory.NewAlwaysAllowAuthorizer()},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default"}},
		math.MaxInt64,
	)
	if err != nil {
		return 0, nil, err
	}
	last := results[len(results)-1]
	return uint64(math.MaxInt64 - left), last.EvalResult, last.Error
}

func compilerOf(
	policy *admissionregistrationv1.ValidatingAdmissionPolicy, variables []admissionregistrationv1.Variable,
) (*plugincel.CompositedCompiler, error) {
	compiler, err := plugincel.NewCompositedCompiler(baseEnvSet())
	if err != nil {
		return nil, err
	}
	for _, each := range variables {
		options := []*cel.Type{cel.AnyType, cel.DynType}
		compiler.CompileAndStoreVariable(
			variable{expression{"", each.Expression, options, false}, each.Name}, declared, environment.StoredExpressions,
		)
	}
	return compiler, nil
}
