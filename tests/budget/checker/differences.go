package main

import (
	"context"
	"reflect"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// What has another signature or name in some versions is called by reflection.

// baseEnvSet is that of the version's API server; strict about costs, where there is a choice.
func baseEnvSet() *environment.EnvSet {
	arguments := []reflect.Value{reflect.ValueOf(environment.DefaultCompatibilityVersion())}
	function := reflect.ValueOf(environment.MustBaseEnvSet)
	if function.Type().NumIn() == 2 { // until 1.34
		arguments = append(arguments, reflect.ValueOf(true))
	}
	return function.Call(arguments)[0].Interface().(*environment.EnvSet)
}

// evaluator is a Filter in 1.31, a ConditionEvaluator later.
type evaluator interface {
	ForInput(
		context.Context, *admission.VersionedAttributes, *admissionv1.AdmissionRequest,
		plugincel.OptionalVariableBindings, *corev1.Namespace, int64,
	) ([]plugincel.EvaluationResult, int64, error)
}

func compiled(
	compiler *plugincel.CompositedCompiler, expressions []plugincel.ExpressionAccessor,
	options plugincel.OptionalVariableDeclarations, mode environment.Type,
) evaluator {
	method := reflect.ValueOf(compiler).MethodByName("CompileCondition")
	if !method.IsValid() { // in 1.31
		method = reflect.ValueOf(compiler).MethodByName("Compile")
	}
	arguments := []reflect.Value{reflect.ValueOf(expressions), reflect.ValueOf(options), reflect.ValueOf(mode)}
	return method.Call(arguments)[0].Interface().(evaluator)
}
