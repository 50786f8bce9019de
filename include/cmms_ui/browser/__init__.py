"""What happens in an open page: glue between components and the layers below."""
