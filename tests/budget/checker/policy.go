package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"

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
	// variable is the one that is to be evaluated, if it is one.
	variable *admissionregistrationv1.Variable
}

// source is the expression as the policy has it.
func (e expression) source() string {
	if e.variable != nil {
		return e.variable.Expression
	}
	return e.text
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
	compiler, err := compilerOf(policy.Spec.Variables)
	if err != nil {
		r.refused(policy.Name, err)
		return
	}
	dearest := Cost{Kind: "measured", What: "the dearest expression of " + policy.Name, Limit: celconfig.PerCallLimit}
	whole := Cost{Kind: "measured", What: "all of " + policy.Name, Limit: celconfig.RuntimeCELCostBudget}
	validations := evaluatorOf(compiler, validationsAmong(expressions))
	for _, request := range requests {
		cost, _, err := evaluate(validations, known, request)
		if err != nil {
			r.refused(fmt.Sprintf("%s: %q", policy.Name, request.GetName()), err)
			continue
		}
		if cost > whole.Cost {
			whole.Cost, whole.Where = cost, fmt.Sprintf("%q", request.GetName())
		}
		if cost > dearest.Cost {
			r.dearest(policy.Name, compiler, expressions, known, request, &dearest)
		}
	}
	r.Costs = append(r.Costs, dearest, whole)
}

// dearest finds the expression that costs most by itself, without the variables that it uses.
func (r *Report) dearest(
	policy string, compiler *plugincel.CompositedCompiler, expressions []expression, known schemaResolver,
	request *unstructured.Unstructured, dearest *Cost,
) {
	own, uses, holds := map[string]uint64{}, map[string]map[string]bool{}, false
	for _, each := range expressions {
		if each.tells && holds {
			continue
		}
		where := fmt.Sprintf("%s of %q", each.where, request.GetName())
		cost, result, err := evaluate(evaluatorOf(compiler, []expression{each}), known, request)
		if err != nil {
			r.refused(fmt.Sprintf("%s: %s", policy, where), err)
			continue
		}
		used := map[string]bool{}
		for _, found := range references.FindAllStringSubmatch(each.source(), -1) {
			used[found[1]] = true
			maps.Copy(used, uses[found[1]])
		}
		inherited := uint64(0)
		for name := range used {
			inherited += own[name]
		}
		if inherited <= cost { // else it did not come to use all of them
			cost -= inherited
		}
		if each.variable != nil {
			own[each.variable.Name], uses[each.variable.Name] = cost, used
		}
		if cost > dearest.Cost {
			dearest.Cost, dearest.Where = cost, where
		}
		holds = result == types.True
	}
}

var references = regexp.MustCompile(`\bvariables\.(\w+)`)

// compiles reports what doesn't compile, and returns all that is evaluated, variables first.
func (r *Report) compiles(policy *admissionregistrationv1.ValidatingAdmissionPolicy) []expression {
	var all []expression
	compiler, err := compilerOf(nil)
	if err != nil {
		r.refused(policy.Name, err)
		return nil
	}
	for i := range policy.Spec.Variables {
		each := &policy.Spec.Variables[i]
		where := fmt.Sprintf("variable %q", each.Name)
		options := []*cel.Type{cel.AnyType, cel.DynType}
		result := compiler.CompileAndStoreVariable(
			variable{expression{where, each.Expression, options, false, nil}, each.Name}, declared, environment.NewExpressions,
		)
		if result.Error != nil {
			r.refused(fmt.Sprintf("%s: variables[%d]", policy.Name, i), result.Error)
		}
		all = append(all, expression{where, "variables." + each.Name, options, false, each})
	}
	for i, each := range policy.Spec.Validations {
		where := fmt.Sprintf("validations[%d]", i)
		all = append(all, expression{where, each.Expression, []*cel.Type{cel.BoolType}, false, nil})
		if each.MessageExpression != "" {
			message := expression{where + ".messageExpression", each.MessageExpression, []*cel.Type{cel.StringType}, true, nil}
			all = append(all, message)
		}
	}
	for _, each := range policy.Spec.MatchConditions {
		all = append(all, expression{"matchCondition " + each.Name, each.Expression, []*cel.Type{cel.BoolType}, false, nil})
	}
	for _, each := range all {
		if result := compiler.CompileCELExpression(each, declared, environment.NewExpressions); result.Error != nil {
			r.refused(fmt.Sprintf("%s: %s", policy.Name, each.where), result.Error)
		}
	}
	return all
}

// validationsAmong are those that the API server evaluates for each request, with what they use.
func validationsAmong(expressions []expression) []expression {
	return slices.DeleteFunc(slices.Clone(expressions), func(each expression) bool {
		return each.tells || each.variable != nil
	})
}

func evaluatorOf(compiler *plugincel.CompositedCompiler, expressions []expression) evaluator {
	accessors := make([]plugincel.ExpressionAccessor, len(expressions))
	for i := range expressions {
		accessors[i] = expressions[i]
	}
	return compiled(compiler, accessors, declared, environment.StoredExpressions)
}

// evaluate returns what the expressions cost for a request that is created, and the value of the last.
func evaluate(
	expressions evaluator, known schemaResolver, request *unstructured.Unstructured,
) (uint64, ref.Val, error) {
	resource := known.kind.GroupVersion().WithResource(known.plural)
	attributes := admission.NewAttributesRecord(
		request, nil, known.kind, "default", request.GetName(), resource, "", admission.Create, nil, false,
		&user.DefaultInfo{Name: "somebody"},
	)
	// Nothing is converted, as the request is of that kind.
	versioned, err := admission.NewVersionedAttributes(attributes, known.kind, nil)
	if err != nil {
		return 0, nil, err
	}
	results, left, err := expressions.ForInput(
		context.Background(),
		versioned,
		plugincel.CreateAdmissionRequest(attributes, metav1.GroupVersionResource(resource), metav1.GroupVersionKind(known.kind)),
		plugincel.OptionalVariableBindings{Authorizer: authorizerfactory.NewAlwaysAllowAuthorizer()},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default"}},
		math.MaxInt64,
	)
	if err != nil {
		return 0, nil, err
	}
	for _, each := range results {
		if each.Error != nil {
			return 0, nil, each.Error
		}
	}
	last := results[len(results)-1]
	return uint64(math.MaxInt64 - left), last.EvalResult, nil
}

func compilerOf(variables []admissionregistrationv1.Variable) (*plugincel.CompositedCompiler, error) {
	compiler, err := plugincel.NewCompositedCompiler(baseEnvSet())
	if err != nil {
		return nil, err
	}
	for _, each := range variables {
		options := []*cel.Type{cel.AnyType, cel.DynType}
		compiler.CompileAndStoreVariable(
			variable{expression{"", each.Expression, options, false, nil}, each.Name}, declared, environment.StoredExpressions,
		)
	}
	return compiler, nil
}
