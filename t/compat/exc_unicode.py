raise ValueError("contraseña inválida: 日本語 🎉")
