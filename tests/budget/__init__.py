"""What the CustomResourceDefinition and the policies cost on each version of Kubernetes."""
