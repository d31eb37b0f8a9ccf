"""``/openapi.json``, ``/docs``: what there is and how to call it. Nothing comes from elsewhere."""

from flask import Response
from flask_openapi3_swagger.plugins import RegisterPlugin  # type: ignore[import-untyped]

from service.routes.api import Api, reply
from service.routes.description import describe


def register(app: Api) -> None:
    """Adds the routes."""

    @app.get("/openapi.json", doc_ui=False)
    def openapi() -> Response:
        return reply(describe(app))

    # The badge of Swagger's page would ask a validator on the internet.
    app.config["SWAGGER_CONFIG"] = {"validatorUrl": None}
    app.register_blueprint(RegisterPlugin.register(doc_url="openapi.json"))
    app.add_url_rule("/docs", "docs", app.view_functions["swagger.swagger"])
