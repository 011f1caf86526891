"""The OpenAPI document of the API, derived from what endpoints, fields, blocks and parameters declare.

Nothing is typed for the document's sake: `components` turns Python types into JSON Schema, `operations` an endpoint
into an operation, `document` puts both together, `views` serves the result.
"""
