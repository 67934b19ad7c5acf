{{/* The name of everything: that of the release, with the chart's in it. */}}
{{- define "exposer.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{/* The name of the policy that refuses wrong requests. */}}
{{- define "exposer.validationName" -}}
{{ include "exposer.name" . | trunc 52 | trimSuffix "-" }}-validation
{{- end -}}

{{/* What the Pods are found by; it can't change while the Deployment lives. */}}
{{- define "exposer.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "exposer.labels" -}}
{{ include "exposer.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Metadata of an object in the release's namespace. */}}
{{- define "exposer.metadata" -}}
name: {{ include "exposer.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "exposer.labels" . | nindent 2 }}
{{- end -}}

{{/* Metadata of an object that belongs to no namespace. */}}
{{- define "exposer.clusterMetadata" -}}
name: {{ include "exposer.name" . }}
labels:
  {{- include "exposer.labels" . | nindent 2 }}
{{- end -}}

{{/* Whom the rights are for. */}}
{{- define "exposer.subjects" -}}
- kind: ServiceAccount
  name: {{ include "exposer.name" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{/* All that the operator may do where it looks for requests. tests/install/test_rbac.py removes
each right in turn, and sees what breaks. */}}
{{- define "exposer.rules" -}}
- apiGroups: [exposer.dev]
  resources: [exposerequests]
  verbs: [list, watch]
- apiGroups: [exposer.dev]
  resources: [exposerequests/status]
  verbs: [patch]
# Owner references with blockOwnerDeletion need it where OwnerReferencesPermissionEnforcement is on.
- apiGroups: [exposer.dev]
  resources: [exposerequests/finalizers]
  verbs: [update]
# What a targetRef may name (Services are below), and a look at pods that aren't ready.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets, replicasets]
  verbs: [get, list, watch]
# To tell transitions, and to see what load balancer controllers warn of while a Service has no address.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, list]
# An apply is a patch, and a create where the object is not there yet.
- apiGroups: [""]
  resources: [services, endpoints]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [get, list, watch, create, patch, delete]
{{- end -}}
