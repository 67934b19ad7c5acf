"""etcd, the API server, the controllers, the scheduler: their flags, and who may talk to them."""
