"""Recipe: the few lines of PyTorch that give the numbers on the screen, for taking home. A test runs every kind."""

from models.network import UNKNOWN
from models.reading import LONGEST, Question, network_of, variant_of
from models.text import words

_GATES = {
    "RNN": """\
a = x @ layer.weight_ih_l0.T + layer.bias_ih_l0 + past @ layer.weight_hh_l0.T + layer.bias_hh_l0
print((h - a.tanh()).abs().max())  # how far the equation is from torch.nn
""",
    "LSTM": """\
a = x @ layer.weight_ih_l0.T + layer.bias_ih_l0 + past @ layer.weight_hh_l0.T + layer.bias_hh_l0
a_i, a_f, a_g, a_o = a.chunk(4, 1)  # (T, {hidden}) each
i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
c = [torch.zeros({hidden})]
for t in range(len(x)):
    c.append(f[t] * c[-1] + i[t] * g[t])
c = torch.stack(c[1:])  # (T, {hidden})
print((h - o * c.tanh()).abs().max())  # how far the equations are from torch.nn
""",
    "GRU": """\
x_r, x_z, x_n = (x @ layer.weight_ih_l0.T + layer.bias_ih_l0).chunk(3, 1)  # (T, {hidden}) each
h_r, h_z, h_n = (past @ layer.weight_hh_l0.T + layer.bias_hh_l0).chunk(3, 1)
r, z = (x_r + h_r).sigmoid(), (x_z + h_z).sigmoid()
n = (x_n + r * h_n).tanh()
print((h - ((1 - z) * n + z * past)).abs().max())  # how far the equations are from torch.nn
""",
}

_VARIANTS = {
    "relu": 'replace(cell, nonlinearity="relu")',
    "sigmoid": 'replace(cell, nonlinearity="sigmoid")',
    "identity": 'replace(cell, nonlinearity="identity")',
    "no-tanh": 'replace(cell, output="identity")',
    "turned": "cell.turned()",
    "before": 'replace(cell, reset="before")',
    "lecture": 'replace(cell.turned(), reset="before")',
}


def recipe(question: Question) -> str:
    """Python that computes every gate and state of a reading with PyTorch, from the folder of this project.

    Afterwards the variables bear the names of the trace: `h`, and for an LSTM `i f g o c`, for a GRU `r z n`, each a
    tensor (T, H).
    """
    network = network_of(question)
    tokens = words(question.text)[:LONGEST]
    hidden, inputs = network.recurrent.hidden_size, network.recurrent.input_size
    said = " ".join(token if token in network.vocabulary else UNKNOWN for token in tokens)
    ids = network.encode(tokens).tolist()
    lines = ["import torch", ""]
    if question.trained:
        lines[1:1] = ["from safetensors.torch import load_file"]
        lines += [
            f'weights = load_file("models/checkpoints/agreement-{question.cell.lower()}.safetensors")',
            f"layer = torch.nn.{question.cell}({inputs}, {hidden})",
            'layer.load_state_dict({name: weights[f"recurrent.{name}"] for name in layer.state_dict()})',
            f'x = weights["embedding.weight"][{ids}]  # (T, {inputs}): {said}',
        ]
    else:
        lines[1:1] = ["from models.network import fresh", "from models.tasks.agreement import VOCABULARY"]
        lines += [
            f"generator = torch.Generator().manual_seed({question.seed})",
            f'network = fresh("{question.cell}", VOCABULARY, {hidden}, {inputs}, generator)',
            "layer = network.recurrent",
            f"x = network.embedding.weight[{ids}]  # (T, {inputs}): {said}",
        ]
    lines.append("")
    if question.variant == "torch":
        lines += [
            f"h, _ = layer(x)  # (T, {hidden})",
            f"past = torch.cat([torch.zeros(1, {hidden}), h[:-1]])  # h of the step before",
        ]
        return "\n".join(lines) + "\n" + _GATES[question.cell].format(hidden=hidden)
    lines[1:1] = ["from dataclasses import replace", "from models import open_cell, trace"]
    names = ", ".join(equation.name for equation in variant_of(network, question).equations)
    lines += [
        "cell = open_cell(layer)",
        f"t = trace({_VARIANTS[question.variant]}, x)  # PyTorch has no such layer: the open cell steps",
        f"{names}{',' if names == 'h' else ''} = (t[name] for name in t.names)  # (T, {hidden}) each",
    ]
    return "\n".join(lines) + "\n"
