from jinja2 import Environment, FileSystemLoader, Template

print(Template("{% for x in xs %}{{ loop.index }}:{{ x|upper }} {% endfor %}")
      .render(xs=["a", "b"]))
open("t.html", "w").write("<p>{{ name|e }}</p>{% if missing %}x{% endif %}")
env = Environment(loader=FileSystemLoader("."))
print(env.get_template("t.html").render(name="<b>"))
env.get_template("none.html")
