"""Pages: Jinja2 with the NHS design system's macros, and the headers every page goes out with."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from dialogue.frozen import Frozen

_CODE = Path(__file__).parents[2]
_STATIC = Path(__file__).parent / "static"
_VENDOR = _STATIC / "vendor"

# Each room keeps its own templates, in a folder of its own name, and its own static files.
_TEMPLATES = (
    _CODE / "bot" / "web" / "templates",
    _CODE / "bot" / "channels" / "web" / "templates",
    _CODE / "handoff" / "desk" / "templates",
)

HEADERS = {
    # Everything comes from here, and nothing may be written into the page but by the templates.
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    # With "no-referrer" browsers would send "Origin: null" with our own forms, and the check of the origin would fail.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # What a person wrote must not stay behind in a shared browser.
    "Cache-Control": "no-store",
}


class Site(Frozen):
    """What an installation sets about its pages.

    The NHS logo is for NHS services only (NHS identity guidelines), so it is off unless somebody turns it on.
    """

    service_name: str = "First Contact"
    nhs_logo: bool = False


class Pages:
    """The pages of one installation. Rooms below `bot` are given its `render` (see handoff.desk.page.Render)."""

    def __init__(self, site: Site) -> None:
        self._environment = Environment(
            # Starlette's default would leave .jinja files unescaped.
            autoescape=True,
            undefined=ChainableUndefined,
            loader=ChoiceLoader([FileSystemLoader(_TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["site"] = site

    def render(self, request: Request, name: str, *, status: int = 200, **context: object) -> Response:
        """The page `name` filled with `context`, sent with this status.

        Templates also see `who`, the practitioner who is signed in, and `form_token` for their forms, both left on
        the request by `bot.accounts`. Raises jinja2.TemplateNotFound for a name that does not exist.
        """
        given = {
            "path": request.url.path,
            "who": getattr(request.state, "who", None),
            "form_token": getattr(request.state, "form_token", ""),
        }
        words = self._environment.get_template(name).render(given | context)
        return HTMLResponse(words, status_code=status, headers=HEADERS)


def serve_static_files(app: FastAPI) -> None:
    """Serve each room's static files under /static, and /assets, which the NHS style sheet asks for absolutely.

    The folders under `vendor` may be missing until `python -m bot.web.frontend` has fetched them.
    """
    for path, folder in (
        ("/assets", _VENDOR / "nhsuk" / "assets"),
        ("/static/vendor", _VENDOR),
        ("/static/desk", _CODE / "handoff" / "desk" / "static"),
        ("/static/chat", _CODE / "bot" / "channels" / "web" / "static"),
        ("/static", _STATIC),
    ):
        app.mount(path, StaticFiles(directory=folder, check_dir=False), name=path.strip("/").replace("/", "-"))
